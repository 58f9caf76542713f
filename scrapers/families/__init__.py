"""What sources on the same CMS share: item lists, pagers, layouts. One family a file."""
