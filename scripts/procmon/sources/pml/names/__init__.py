"""What Process Monitor calls the numbers in a PML: operations, results, codes, flags."""
