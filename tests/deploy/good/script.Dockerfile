FROM sluice
ENTRYPOINT ["sluice"]
RUN <<EOF
ENTRYPOINT sluice
EOF
CMD ["--port", "8000"]
