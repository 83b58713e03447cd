"""What processes are not: their code, their names, their tools."""
