# Where the tag's existence can be read: docs/compose.md, "The pinned versions".
FROM node:24.19.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs its install script here: what is compiled is optional, and what is downloaded is not wanted.
RUN npm ci --ignore-scripts --no-fund --no-audit
COPY . .
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts --no-fund --no-audit \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete \
  && mkdir -p dashboards/json

FROM node:24.19.0-bookworm-slim
LABEL org.opencontainers.image.title="taiga-bugflow" \
  org.opencontainers.image.description="Taiga's database as Prometheus metrics: the present, and the whole past" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
  TAIGA_BUGFLOW_CONFIG=/etc/taiga-bugflow/taiga-bugflow.yaml
# Whatever the service keeps is in /data; the rest of the file system may be read-only.
RUN mkdir /data && chown 65534:65534 /data
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/assets ./assets
COPY --from=build /app/metrics ./metrics
COPY --from=build /app/reports ./reports
COPY --from=build /app/dashboards/json ./dashboards/json
COPY --from=build /app/docs/runbooks ./docs/runbooks
COPY --from=build /app/alerting ./alerting
COPY --from=build /app/dist ./dist
COPY compose/taiga-bugflow.yaml /etc/taiga-bugflow/
COPY compose/start.sh ./
# The same as in Prometheus' image, so that a backfill may write into its data folder.
USER 65534:65534
EXPOSE 10284
# From its first moment on it stops on SIGTERM within seconds.
ENTRYPOINT ["sh", "/app/start.sh"]
CMD ["serve"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:10284/-/healthy').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
