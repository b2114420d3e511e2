"""What an answer says, however it is written."""
