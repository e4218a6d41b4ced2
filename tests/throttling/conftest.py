from tests.stopped_clock import stopped_clock

__all__ = ["stopped_clock"]  # a fixture
