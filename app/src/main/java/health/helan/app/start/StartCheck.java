package health.helan.app.start;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that must be so before the platform starts in production ({@code
 * HELAN_MODE=production}); what makes trying it out easy is refused there. A part of the platform
 * with a demand of its own adds it to {@link #IN_PRODUCTION}.
 */
@FunctionalInterface
public interface StartCheck {

  /**
   * What is known before anything is started.
   *
   * @param demoFolder whether the data folder says that a demo region is, or was being, loaded
   */
  record Facts(
      boolean demo, boolean demoFolder, InetAddress address, Map<String, String> environment) {
    static Facts of(RunArguments arguments, Map<String, String> environment) {
      Path data = arguments.dataFolder();
      return new Facts(
          arguments.demo(),
          Files.exists(data.resolve(DEMO_FILE)),
          arguments.address(),
          environment);
    }

    @Nullable String value(String name) {
      String value = environment.get(name);
      return value == null || value.isBlank() ? null : value.strip();
    }
  }

  /** In the data folder: which demo region is in. */
  String DEMO_FILE = "demo-region";

  /**
   * @throws StartRefused with the sentence on what to do
   */
  void check(Facts facts);

  /** All of them, in the order in which they are told. */
  List<StartCheck> IN_PRODUCTION =
      List.of(
          StartCheck::noDemoRegion,
          StartCheck::noPlainHttpBeyondThisMachine,
          StartCheck::aPassphraseForTheKeyStore,
          StartCheck::nothingUnchecked,
          StartCheck::noPlainOrigins);

  /** Checks what production demands; nothing outside it. */
  static void all(RunArguments arguments, Map<String, String> environment) {
    if (RunMode.of(environment::get).isProduction()) {
      Facts facts = Facts.of(arguments, environment);
      IN_PRODUCTION.forEach(check -> check.check(facts));
    }
  }

  private static void noDemoRegion(Facts facts) {
    if (facts.demo()) {
      throw new StartRefused(
          "生产模式不载入示范区域及其账户，请加上 --no-demo。",
          "Production mode loads no demo region and knows none of its accounts: add --no-demo.");
    }
    if (facts.demoFolder()) {
      throw new StartRefused(
          "这个数据目录载入过示范区域，不能用于生产，请换一个 --data 目录。",
          "A demo region was loaded into this data folder, so it cannot serve in production: choose another --data.");
    }
  }

  private static void noPlainHttpBeyondThisMachine(Facts facts) {
    String base = facts.value("HELAN_BASE_URL");
    if (base != null && !base.startsWith("https://")) {
      throw new StartRefused(
          "生产模式要求 HELAN_BASE_URL 以 https:// 开头。",
          "In production mode HELAN_BASE_URL must begin with https://.");
    }
    boolean protectedWay =
        facts.value("HELAN_TLS_P12") != null
            || facts.value("HELAN_TLS_CERT") != null
            || (facts.value("HELAN_TRUSTED_PROXIES") != null && base != null);
    if (!facts.address().isLoopbackAddress() && !protectedWay) {
      throw new StartRefused(
          "生产模式不在 %s 上使用明文 HTTP：请配置 TLS，或设置 HELAN_TRUSTED_PROXIES 与 HELAN_BASE_URL 由前置代理终止 TLS。"
              .formatted(facts.address().getHostAddress()),
          "Production mode speaks no plain HTTP on %s: configure TLS, or set HELAN_TRUSTED_PROXIES and HELAN_BASE_URL for a proxy that ends TLS."
              .formatted(facts.address().getHostAddress()));
    }
  }

  private static void aPassphraseForTheKeyStore(Facts facts) {
    if (facts.value("HELAN_KEYSTORE_PASSPHRASE") == null) {
      throw new StartRefused(
          "生产模式要求设置密钥库口令 HELAN_KEYSTORE_PASSPHRASE。",
          "Production mode takes the passphrase of the key store in HELAN_KEYSTORE_PASSPHRASE.");
    }
  }

  private static void nothingUnchecked(Facts facts) {
    if ("off".equalsIgnoreCase(facts.value("HELAN_VALIDATION"))) {
      throw new StartRefused(
          "生产模式不能关闭资源校验，请去掉 HELAN_VALIDATION=off。",
          "Production mode stores nothing unchecked: take HELAN_VALIDATION=off away.");
    }
  }

  Pattern PLAIN_ORIGIN = Pattern.compile("(^|[,\\s])http://");

  private static void noPlainOrigins(Facts facts) {
    String origins = facts.value("HELAN_CORS_ORIGINS");
    if (origins != null && PLAIN_ORIGIN.matcher(origins).find()) {
      throw new StartRefused(
          "生产模式下 HELAN_CORS_ORIGINS 只能列出 https:// 来源。",
          "In production mode HELAN_CORS_ORIGINS lists https:// origins only.");
    }
  }
}
