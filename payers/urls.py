from django.urls import path

from payers import views

urlpatterns = [
    path("drugs/<slug:slug>/", views.drug, name="drug"),
    path("payers/", views.payer_list, name="payers"),
    path("payers/<slug:slug>/", views.payer, name="payer"),
    path("freshness/", views.freshness, name="freshness"),
]
