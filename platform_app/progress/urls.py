from django.urls import URLPattern

app_name = "progress"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
