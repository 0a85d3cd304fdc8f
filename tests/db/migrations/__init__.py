"""One module for each revision, with the data that it must carry across. It uses raw SQL, never the models, for they
go on changing."""
