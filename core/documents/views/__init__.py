"""Pages of documents: downloads, one document with its PDF, public verification, the template library, bulk runs."""

from core.documents.views import bulk, documents, downloads, templates, verify
from core.documents.views.blueprint import bp

__all__ = ["bp", "bulk", "documents", "downloads", "templates", "verify"]
