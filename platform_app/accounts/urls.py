from django.urls import URLPattern

app_name = "accounts"

urlpatterns: list[URLPattern] = []

api_urlpatterns: list[URLPattern] = []
