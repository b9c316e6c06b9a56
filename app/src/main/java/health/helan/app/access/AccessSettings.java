package health.helan.app.access;

import health.helan.app.start.RunMode;
import health.helan.app.start.StartRefused;
import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sets for sign-in.
 *
 * @param production {@code HELAN_MODE=production}: staff need a second factor, demo accounts are
 *     refused
 * @param base {@code HELAN_BASE_URL}: address by which browsers know the platform, without a slash
 *     at the end; null to take it from each request
 * @param proxies {@code HELAN_TRUSTED_PROXIES}: addresses whose X-Forwarded headers are believed
 * @param loopback whether the platform listens on this machine only
 * @param outside an outside OpenID Connect provider; null for none
 */
record AccessSettings(
    boolean production,
    @Nullable String base,
    Set<String> proxies,
    boolean loopback,
    @Nullable Outside outside) {

  /**
   * An outside provider.
   *
   * @param issuer {@code HELAN_OIDC_ISSUER}
   * @param clientId {@code HELAN_OIDC_CLIENT_ID}
   * @param clientSecret {@code HELAN_OIDC_CLIENT_SECRET}; null for a public client
   * @param audience {@code HELAN_OIDC_AUDIENCE}: what its access tokens must be for; null to accept
   *     none of them
   * @param loginClaim {@code HELAN_OIDC_LOGIN_CLAIM}: claim that holds an account's login name;
   *     null to find accounts by subject only
   */
  record Outside(
      String issuer,
      String clientId,
      @Nullable String clientSecret,
      @Nullable String audience,
      @Nullable String loginClaim) {}

  static AccessSettings of(Map<String, String> environment, InetAddress address) {
    return new AccessSettings(
        RunMode.of(environment::get).isProduction(),
        base(environment),
        list(environment, "HELAN_TRUSTED_PROXIES"),
        address.isLoopbackAddress(),
        outside(environment));
  }

  private static @Nullable String base(Map<String, String> environment) {
    String base = text(environment, "HELAN_BASE_URL");
    return base == null ? null : base.replaceAll("/+$", "");
  }

  private static @Nullable Outside outside(Map<String, String> environment) {
    String issuer = text(environment, "HELAN_OIDC_ISSUER");
    if (issuer == null) {
      return null;
    }
    String client = text(environment, "HELAN_OIDC_CLIENT_ID");
    boolean safe = issuer.startsWith("https://") || isLoopback(issuer);
    if (client == null || !safe) {
      throw new StartRefused(
          "HELAN_OIDC_ISSUER 要求 https 地址，并同时设置 HELAN_OIDC_CLIENT_ID。",
          "HELAN_OIDC_ISSUER takes an https address, and HELAN_OIDC_CLIENT_ID must be set with it.");
    }
    return new Outside(
        issuer,
        client,
        text(environment, "HELAN_OIDC_CLIENT_SECRET"),
        text(environment, "HELAN_OIDC_AUDIENCE"),
        text(environment, "HELAN_OIDC_LOGIN_CLAIM"));
  }

  private static boolean isLoopback(String address) {
    try {
      String host = URI.create(address).getHost();
      return "127.0.0.1".equals(host) || "localhost".equals(host);
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  private static @Nullable String text(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static Set<String> list(Map<String, String> environment, String name) {
    return Arrays.stream(environment.getOrDefault(name, "").split(","))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Demo accounts are for one machine and never for production. */
  boolean demoAllowed() {
    return loopback && !production;
  }
}
