-- rows of the mart acquisition_sources of every dataset in the variable account_datasets
{{ union_of_accounts('acquisition_sources') }}
