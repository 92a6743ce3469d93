"""The inbox that a hotel's front desk lives in."""

__version__ = "0.1.0"
