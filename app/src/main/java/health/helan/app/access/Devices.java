package health.helan.app.access;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a browser calls itself, so short that its owner recognises it and nobody else learns much.
 */
final class Devices {
  private static final List<Map.Entry<String, String>> BROWSERS =
      List.of(
          Map.entry("MicroMessenger", "WeChat"),
          Map.entry("Edg", "Edge"),
          Map.entry("Firefox", "Firefox"),
          Map.entry("Chrom", "Chrome"),
          Map.entry("Safari", "Safari"));

  private static final List<Map.Entry<String, String>> SYSTEMS =
      List.of(
          Map.entry("HarmonyOS", "HarmonyOS"),
          Map.entry("Android", "Android"),
          Map.entry("iPhone", "iPhone"),
          Map.entry("iPad", "iPad"),
          Map.entry("Windows", "Windows"),
          Map.entry("Mac OS", "macOS"),
          Map.entry("Linux", "Linux"));

  private Devices() {}

  static String name(@Nullable String userAgent) {
    String agent = userAgent == null ? "" : userAgent;
    String name = (first(BROWSERS, agent) + " " + first(SYSTEMS, agent)).strip();
    return name.isEmpty() ? "?" : name;
  }

  private static String first(List<Map.Entry<String, String>> known, String agent) {
    return known.stream()
        .filter(entry -> agent.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }
}
