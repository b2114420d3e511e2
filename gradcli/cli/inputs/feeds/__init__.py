"""What `gradcli run --feed` reads and writes: its options, rows, sums, files and folders."""
