"""The look of every page: base templates, components, icons."""
