-- rows of the mart segments of every dataset in the variable account_datasets
{{ union_of_accounts('segments') }}
