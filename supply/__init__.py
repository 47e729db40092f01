"""What all of this is made of: the locked packages, what is known against them, a bill of them."""
