-- rows of the mart planned_sends of every dataset in the variable account_datasets
{{ union_of_accounts('planned_sends') }}
