-- rows of the mart links of every dataset in the variable account_datasets
{{ union_of_accounts('links') }}
