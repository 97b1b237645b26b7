# The service, for production: docker build -t lorc . ; docs/server.md says how to run it.
FROM node:24.21.0-bookworm-slim AS build
RUN npm install --global pnpm@12.21.0
WORKDIR /src
# What is installed changes less often than what is built.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/cli/package.json packages/cli/
COPY packages/context/package.json packages/context/
COPY packages/event-client/package.json packages/event-client/
COPY packages/jobs-registry/package.json packages/jobs-registry/
COPY packages/runner/package.json packages/runner/
COPY packages/server/package.json packages/server/
RUN pnpm install --frozen-lockfile --filter lorc-monorepo --filter '@lorc/cli...'
COPY tsconfig.base.json ./
COPY tools/config tools/config
COPY examples examples
COPY packages packages
RUN pnpm --filter '@lorc/cli...' build && pnpm --filter @lorc/cli deploy --prod --legacy /out

FROM node:24.21.0-bookworm-slim
# Python steps and the supervisor of processes need python3; tini hands signals on and ends what steps leave behind.
RUN apt-get update && apt-get install --yes --no-install-recommends python3 tini && rm -rf /var/lib/apt/lists/*
COPY --from=build /out /opt/lorc
COPY tools/docker/healthy.mjs /opt/lorc/
RUN ln -s /opt/lorc/dist/lorc.js /usr/local/bin/lorc && install -d -o node -g node /app /app/runs
# The workspace is /app; all that is kept is in /app/runs. Everything else may be read-only, but for /tmp.
WORKDIR /app
ENV NODE_ENV=production HOME=/tmp LORC_STATE_DIR=/app/runs/.lorc
USER 1000:1000
VOLUME /app/runs
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "/opt/lorc/healthy.mjs"]
ENTRYPOINT ["tini", "--", "lorc"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--first-key", "admin"]
