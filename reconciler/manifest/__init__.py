"""Bytes → nodes with line and column → frozen models → snapshot; models → JSON Schema (L2, pure)."""
