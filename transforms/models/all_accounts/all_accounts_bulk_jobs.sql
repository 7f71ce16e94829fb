-- rows of the mart bulk_jobs of every dataset in the variable account_datasets
{{ union_of_accounts('bulk_jobs') }}
