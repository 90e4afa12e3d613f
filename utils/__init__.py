"""What needs no network and starts no process: pictures, charts, words, files. Imports nothing else of ours."""
