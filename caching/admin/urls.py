"""The cache's own pages in the admin: config mounts them at /admin/cache/."""

from django.urls import URLPattern, path

from caching.admin.doctor import doctor_page

app_name = "cache"
urlpatterns: list[URLPattern] = [
    path("doctor/", doctor_page, name="doctor"),
]
