from django.urls import path

from platform_app.analysis import api, pages

app_name = "analysis"

urlpatterns = [
    path("documents/", pages.upload, name="upload"),
    path("documents/<int:pk>/", pages.document, name="document"),
    path("documents/<int:pk>/progress/", pages.progress, name="progress"),
    path("documents/<int:pk>/file/", pages.file, name="file"),
    path("documents/<int:document_pk>/context/<int:pk>/", pages.context_file, name="context_file"),
    path("documents/<int:pk>/retry/", pages.retry, name="retry"),
    path("documents/<int:pk>/delete/", pages.delete, name="delete"),
]

api_urlpatterns = [
    path("documents/", api.Documents.as_view(), name="documents"),
    path("documents/<int:pk>/", api.DocumentDetail.as_view(), name="document"),
    path("documents/<int:pk>/events/", api.DocumentEvents.as_view(), name="events"),
    path("documents/<int:pk>/retry/", api.DocumentRetry.as_view(), name="retry"),
]
