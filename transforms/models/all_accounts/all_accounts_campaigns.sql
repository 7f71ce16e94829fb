-- rows of the mart campaigns of every dataset in the variable account_datasets
{{ union_of_accounts('campaigns') }}
