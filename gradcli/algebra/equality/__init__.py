"""Whether two expressions are equal: proof, evidence at high precision, a witness."""
