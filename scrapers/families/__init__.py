"""What sources on the same content management system share: item lists, pagers, layouts. One family a file."""
