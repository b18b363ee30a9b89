"""Documents room, registers: XLSX files of rows, each the data of one document: read, checked, and given as a blank."""

from core.documents.registers.blank import blank
from core.documents.registers.reading import Fault, Read, RegisterRow, read, selection

__all__ = ["Fault", "Read", "RegisterRow", "blank", "read", "selection"]
