"""Commands that bring figures in and look after them; `cli` gathers them."""
