"""Bytes → nodes with line and column → models → snapshot; models → JSON Schema (L2, pure)."""
