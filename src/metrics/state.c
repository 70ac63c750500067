/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/clock.h"
#include "dns/context.h"
#include "log/log.h"
#include "metrics/metrics_private.h"
#include "metrics/prometheus.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void number(struct bytes *out, const char *name, enum metrics_prometheus_type type,
	const char *help, uint64_t value)
{
	metrics_prometheus_family(out, name, type, help);
	metrics_prometheus_number(out, name, "", value);
}

static void gauge(struct bytes *out, const char *name, const char *help, uint64_t value)
{
	number(out, name, METRICS_PROMETHEUS_GAUGE, help, value);
}

/* Values that the system does not give have no line. */
static void write_memory(struct bytes *out)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	unsigned long virtual;
	unsigned long resident;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file == NULL) {
		return;
	}
	if (fscanf(file, "%lu %lu", &virtual, &resident) == 2) {
		gauge(out, "process_virtual_memory_bytes", "Virtual memory.", virtual * page);
		gauge(out, "process_resident_memory_bytes", "Memory that is resident.",
			resident * page);
	}
	fclose(file);
}

/*
 * Since Linux 6.2 the folder's size is the number of descriptors; counting them would take too
 * long.
 */
static void write_descriptors(struct bytes *out)
{
	struct rlimit limit;
	struct stat st;

	if (stat("/proc/self/fd", &st) == 0 && st.st_size > 0) {
		gauge(out, "process_open_fds", "Open file descriptors.", (uint64_t)st.st_size);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		gauge(out, "process_max_fds", "File descriptors that may be open.", limit.rlim_cur);
	}
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void write_cpu(struct bytes *out)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) == 0) {
		metrics_prometheus_family(out, "process_cpu_seconds_total",
			METRICS_PROMETHEUS_COUNTER, "Processor time, user and system.");
		metrics_prometheus_real(out, "process_cpu_seconds_total", "",
			seconds(usage.ru_utime) + seconds(usage.ru_stime));
	}
}

void metrics_write_process(const struct metrics *metrics, struct bytes *out)
{
	metrics_prometheus_family(
		out, "doorward_build_info", METRICS_PROMETHEUS_GAUGE, "The version that runs.");
	metrics_prometheus_number(out, "doorward_build_info", "version=\"" DW_VERSION "\"", 1);
	gauge(out, "doorward_start_time_seconds", "When the process began, since 1970 UTC.",
		(uint64_t)metrics->started_wall_s);
	metrics_prometheus_family(out, "doorward_uptime_seconds", METRICS_PROMETHEUS_GAUGE,
		"How long the process has been running.");
	metrics_prometheus_real(out, "doorward_uptime_seconds", "",
		(double)(clock_ms() - metrics->started_ms) / 1e3);
	gauge(out, "doorward_workers", "Threads that answer requests.", metrics->worker_count);
	gauge(out, "process_start_time_seconds", "When the process began, since 1970 UTC.",
		(uint64_t)metrics->started_wall_s);
	number(out, "doorward_log_lines_lost_total", METRICS_PROMETHEUS_COUNTER,
		"Lines of the log that its target did not take in time.", log_lost());
	write_cpu(out);
	write_memory(out);
	write_descriptors(out);
}

static void write_events(const struct metrics *metrics, struct bytes *out)
{
	static const char *const labels[METRICS_EVENTS] = {
		[METRICS_RELOADED] = "outcome=\"success\"",
		[METRICS_RELOAD_FAILED] = "outcome=\"failure\"",
		[METRICS_TRUST_REREAD] = "files=\"trust\",outcome=\"success\"",
		[METRICS_TRUST_FAILED] = "files=\"trust\",outcome=\"failure\"",
		[METRICS_LISTS_REREAD] = "files=\"lists\",outcome=\"success\"",
		[METRICS_LISTS_FAILED] = "files=\"lists\",outcome=\"failure\"",
		[METRICS_ZONE_REREAD] = "files=\"static_zone\",outcome=\"success\"",
		[METRICS_ZONE_FAILED] = "files=\"static_zone\",outcome=\"failure\"",
		[METRICS_BANS_REREAD] = "files=\"bans\",outcome=\"success\"",
		[METRICS_BANS_FAILED] = "files=\"bans\",outcome=\"failure\"",
		[METRICS_AGENTS_REREAD] = "files=\"agents\",outcome=\"success\"",
		[METRICS_AGENTS_FAILED] = "files=\"agents\",outcome=\"failure\"",
		[METRICS_NETWORKS_REREAD] = "files=\"networks\",outcome=\"success\"",
		[METRICS_NETWORKS_FAILED] = "files=\"networks\",outcome=\"failure\"",
		[METRICS_RESOLV_CONF_REREAD] = "files=\"resolv.conf\",outcome=\"success\"",
	};

	metrics_prometheus_family(out, "doorward_reloads_total", METRICS_PROMETHEUS_COUNTER,
		"Reloads of the configuration, by outcome.");
	for (unsigned i = METRICS_RELOADED; i <= METRICS_RELOAD_FAILED; i++) {
		metrics_prometheus_number(
			out, "doorward_reloads_total", labels[i], counter_get(&metrics->events[i]));
	}
	gauge(out, "doorward_config_loaded_time_seconds",
		"When the configuration in force was loaded, since 1970 UTC.",
		counter_get(&metrics->reloaded_wall_s));
	gauge(out, "doorward_config_last_reload_successful",
		"1 unless the last reload failed and left the older configuration in force.",
		counter_get(&metrics->reload_failed) == 0);
	metrics_prometheus_family(out, "doorward_files_reread_total", METRICS_PROMETHEUS_COUNTER,
		"Files read again because they had changed, by kind and outcome.");
	for (unsigned i = METRICS_TRUST_REREAD; i <= METRICS_RESOLV_CONF_REREAD; i++) {
		metrics_prometheus_number(out, "doorward_files_reread_total", labels[i],
			counter_get(&metrics->events[i]));
	}
	number(out, "doorward_sandbox_blocked_total", METRICS_PROMETHEUS_COUNTER,
		"System calls that the sandbox blocked, or would block with sandbox = on.",
		counter_get(&metrics->events[METRICS_SANDBOX_BLOCKED]));
}

static void write_in_flight(struct dns_context *context, struct bytes *out)
{
	struct dns_limits *limits = dns_context_limits(context);
	const struct {
		const char *labels;
		atomic_uint *count;
	} kinds[] = {
		{"kind=\"lookup\"", &limits->lookups},
		{"kind=\"query\"", &limits->queries},
		{"kind=\"member\"", &limits->memberships},
	};

	metrics_prometheus_family(out, "doorward_dns_in_flight", METRICS_PROMETHEUS_GAUGE,
		"In flight now: lookups of clients' names, queries to the upstreams, and lookups "
		"of lists and fixed names.");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		metrics_prometheus_number(out, "doorward_dns_in_flight", kinds[i].labels,
			atomic_load_explicit(kinds[i].count, memory_order_relaxed));
	}
	gauge(out, "doorward_dns_in_flight_max", "The most of each that may be under way.",
		dns_context_settings(context)->max_in_flight);
}

static void find_first_end(void *ctx, const struct cert_trust_end *end)
{
	int64_t *first_s = ctx;

	if (end->is_crl && end->ends_s < *first_s) {
		*first_s = end->ends_s;
	}
}

static void write_crl_left(const struct authz_trust_stores *stores, struct bytes *out)
{
	int64_t now_s = clock_wall_s();
	int64_t first_s = INT64_MAX;

	authz_trust_stores_ends(stores, now_s, find_first_end, &first_s);
	if (first_s < INT64_MAX) {
		metrics_prometheus_family(out, "doorward_crl_left_seconds",
			METRICS_PROMETHEUS_GAUGE,
			"Until the first of the CRLs that count now ends (nextUpdate); negative "
			"once it has.");
		metrics_prometheus_real(
			out, "doorward_crl_left_seconds", "", (double)(first_s - now_s));
	}
}

void metrics_write_state(
	const struct metrics *metrics, const struct authz_snapshot *snapshot, struct bytes *out)
{
	struct dns_cache_size cache = dns_cache_size(dns_context_cache(snapshot->dns));

	gauge(out, "doorward_connections_max", "max_connections.",
		snapshot->config->server.net.max_connections);
	gauge(out, "doorward_policies", "Policies configured.", snapshot->config->policy_count);
	gauge(out, "doorward_bans", "Bans in force.",
		ban_table_count(snapshot->bans, clock_wall_ms()));
	gauge(out, "doorward_dns_cache_entries", "Entries in the DNS cache.", cache.entries);
	gauge(out, "doorward_dns_cache_bytes", "Memory held by the DNS cache.", cache.bytes);
	gauge(out, "doorward_dns_cache_max_bytes", "The most that the DNS cache may hold.",
		dns_context_settings(snapshot->dns)->cache_size);
	gauge(out, "doorward_cert_cache_entries", "Certificates whose check is remembered.",
		cert_cache_count(authz_trust_stores_cache(snapshot->stores)));
	gauge(out, "doorward_trust_files_bad",
		"Files of ca_file, ca_dir, crl_file and cert_pins that cannot be used.",
		authz_trust_stores_bad_files(snapshot->stores));
	write_crl_left(snapshot->stores, out);
	write_in_flight(snapshot->dns, out);
	metrics_write_upstreams(metrics, snapshot->dns, out);
	write_events(metrics, out);
}
