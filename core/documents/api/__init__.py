"""The same by API: thin, over the services and the queries the pages use."""

from core.documents.api import bulk, documents, templates

BLUEPRINTS = (documents.bp, templates.bp, bulk.bp)
