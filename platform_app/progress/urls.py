from django.urls import path

from platform_app.progress import api, pages

app_name = "progress"

urlpatterns = [
    path("progress/", pages.overview, name="overview"),
    path("progress/export.csv", pages.export, name="export"),
    path("simulations/<int:pk>/results/", pages.results, name="results"),
    path("simulations/<int:pk>/results/override/", pages.override, name="override"),
    path("simulations/<int:pk>/results/retry/", pages.retry, name="retry"),
]

api_urlpatterns = [
    path("progress/", api.ProgressList.as_view(), name="list"),
    path("simulations/<int:pk>/grade/", api.GradeDetail.as_view(), name="grade"),
]
