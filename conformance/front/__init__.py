"""What a person meets: orders in, progress and reports out."""
