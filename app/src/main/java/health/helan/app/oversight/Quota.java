package health.helan.app.oversight;

import health.helan.app.start.StartRefused;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many requests and bytes a tenant has in a minute, on this instance. A tenant is an
 * institution, or a system or account that acts for none. What is not used fills up to a minute's
 * worth again; who has moved more bytes than there were waits until they are made good.
 */
final class Quota {
  private static final double MINUTE_NANOS = 60e9;
  private static final long MEGABYTE = 1_000_000;

  /** More tenants than institutions of a province are accounts that come and go. */
  private static final int MOST_TENANTS = 100_000;

  private static final Pattern OWN =
      Pattern.compile("([A-Za-z0-9.\\-]{1,64})=(\\d{1,9})(?:/(\\d{1,9}))?");

  /**
   * What a tenant may in a minute.
   *
   * @param requests 0 for as many as it wants
   * @param bytes of bodies in both directions; 0 for as many as it wants
   */
  record Limit(long requests, long bytes) {
    boolean isNone() {
      return requests == 0 && bytes == 0;
    }
  }

  /** What a tenant has used too much of. */
  enum Part {
    REQUESTS,
    BYTES
  }

  /**
   * A request that must wait.
   *
   * @param seconds at least 1
   */
  record Wait(Part part, long seconds) {}

  private static final class Account {
    private double requests;
    private double bytes;
    private long filled;
  }

  private final Limit usual;
  private final Map<String, Limit> own;
  private final LongSupplier nanos;
  private final Map<String, Account> accounts = new HashMap<>();

  Quota(Limit usual, Map<String, Limit> own, LongSupplier nanos) {
    this.usual = usual;
    this.own = Map.copyOf(own);
    this.nanos = nanos;
  }

  /**
   * @param requests {@code HELAN_QUOTA_REQUESTS}: in a minute, for each tenant; null for no limit
   * @param megabytes {@code HELAN_QUOTA_MEGABYTES}
   * @param own {@code HELAN_QUOTAS}: {@code hospital=6000/500,clinic=600/50}; 0 for no limit
   * @throws StartRefused for what is none
   */
  static Quota of(@Nullable String requests, @Nullable String megabytes, @Nullable String own) {
    var limits = new HashMap<String, Limit>();
    if (own != null && !own.isBlank()) {
      for (String one : own.split(",")) {
        Matcher limit = OWN.matcher(one.strip());
        if (!limit.matches()) {
          throw new StartRefused(
              "HELAN_QUOTAS 的格式是 机构=每分钟请求数/每分钟兆字节，以逗号分隔，收到的是 " + one.strip() + "。",
              "HELAN_QUOTAS takes TENANT=REQUESTS/MEGABYTES a minute, separated by commas, not "
                  + one.strip()
                  + ".");
        }
        limits.put(
            limit.group(1),
            new Limit(
                Long.parseLong(limit.group(2)),
                limit.group(3) == null ? 0 : Long.parseLong(limit.group(3)) * MEGABYTE));
      }
    }
    return new Quota(
        new Limit(
            number("HELAN_QUOTA_REQUESTS", requests),
            number("HELAN_QUOTA_MEGABYTES", megabytes) * MEGABYTE),
        limits,
        System::nanoTime);
  }

  private static long number(String name, @Nullable String text) {
    if (text == null || text.isBlank()) {
      return 0;
    }
    if (!text.strip().matches("\\d{1,9}")) {
      throw new StartRefused(name + " 要求一个整数（每分钟）。", name + " takes a whole number, a minute.");
    }
    return Long.parseLong(text.strip());
  }

  boolean isOn() {
    return !usual.isNone() || !own.isEmpty();
  }

  Limit limit(String tenant) {
    return own.getOrDefault(tenant, usual);
  }

  /** Takes one request; null if it may go on. */
  synchronized @Nullable Wait take(String tenant) {
    Limit limit = limit(tenant);
    if (limit.isNone()) {
      return null;
    }
    Account account = account(tenant, limit);
    if (limit.bytes > 0 && account.bytes <= 0) {
      return new Wait(Part.BYTES, seconds(1 - account.bytes, limit.bytes));
    }
    if (limit.requests > 0) {
      if (account.requests < 1) {
        return new Wait(Part.REQUESTS, seconds(1 - account.requests, limit.requests));
      }
      account.requests--;
    }
    return null;
  }

  /** Counts what the request moved. */
  synchronized void moved(String tenant, long bytes) {
    Limit limit = limit(tenant);
    if (limit.bytes > 0) {
      account(tenant, limit).bytes -= bytes;
    }
  }

  private static long seconds(double missing, long perMinute) {
    return Math.max(1, (long) Math.ceil(missing * 60 / perMinute));
  }

  private static boolean isFull(Account account, Limit limit, long now) {
    double minutes = (now - account.filled) / MINUTE_NANOS;
    return minutes >= 1 && account.bytes + limit.bytes * minutes >= limit.bytes;
  }

  private Account account(String tenant, Limit limit) {
    long now = nanos.getAsLong();
    Account account = accounts.get(tenant);
    if (account == null) {
      if (accounts.size() >= MOST_TENANTS) {
        // Those that are full again have nothing to remember; who owes bytes is not, after a
        // minute.
        accounts.entrySet().removeIf(one -> isFull(one.getValue(), limit(one.getKey()), now));
      }
      account = new Account();
      account.requests = limit.requests;
      account.bytes = limit.bytes;
      account.filled = now;
      accounts.put(tenant, account);
    }
    double minutes = (now - account.filled) / MINUTE_NANOS;
    account.requests = Math.min(limit.requests, account.requests + limit.requests * minutes);
    account.bytes = Math.min(limit.bytes, account.bytes + limit.bytes * minutes);
    account.filled = now;
    return account;
  }
}
