"""What goes wrong with a model on this machine. The message is one line for the person who started it."""


class LocalModelError(Exception):
    pass
