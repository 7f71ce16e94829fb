"""The report page: `data` asks the marts, `charts` draws, `report` writes one page that needs no network."""
