# The page in a container: it reads, and cannot be trained. To train as well:
#   docker build --build-arg REQUIREMENTS=requirements.txt -t digit-canvas .
FROM python:3.12-slim

# Not root. Hugging Face runs its Spaces as user 1000, too.
RUN useradd --create-home --uid 1000 digits
WORKDIR /home/digits/app

ARG REQUIREMENTS=requirements-read.txt
COPY requirements*.txt ./
RUN pip install --no-cache-dir --requirement "$REQUIREMENTS"
COPY app.py train.py LICENSE ./
COPY .streamlit/config.toml .streamlit/
COPY app_pages app_pages
COPY utils utils
COPY model model

# What must last: mount a volume here.
ENV DIGITS_DATA_DIR=/home/digits/data
RUN mkdir "$DIGITS_DATA_DIR" && chown digits "$DIGITS_DATA_DIR"
USER 1000
VOLUME /home/digits/data

EXPOSE 8501
HEALTHCHECK --start-period=20s CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8501/_stcore/health')"]
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.headless=true", "--server.address=0.0.0.0", "--server.port=8501"]
