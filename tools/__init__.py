"""What the project needs to make itself, and the program does not."""
