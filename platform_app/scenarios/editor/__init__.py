"""The editor: one page with sections. Each form is saved in place through htmx, or by a plain POST and a redirect."""
