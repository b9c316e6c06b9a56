package health.helan.foundation.delivery.mhd;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The three profiles of a Provide Document Bundle (ITI-65, 2:3.65.4.1.2.1). */
enum Profile {
  MINIMAL("IHE.MHD.Minimal.ProvideBundle"),
  /** All metadata, authors and source patients where the sender likes. */
  UNCONTAINED("IHE.MHD.UnContained.Comprehensive.ProvideBundle"),
  /** All metadata, authors and source patients contained. */
  COMPREHENSIVE("IHE.MHD.Comprehensive.ProvideBundle");

  static final String CANONICAL = "https://profiles.ihe.net/ITI/MHD/";

  private final String url;

  Profile(String id) {
    url = CANONICAL + "StructureDefinition/" + id;
  }

  String url() {
    return url;
  }

  boolean isComprehensive() {
    return this != MINIMAL;
  }

  static Set<String> urls() {
    return Arrays.stream(values()).map(Profile::url).collect(Collectors.toUnmodifiableSet());
  }

  static List<String> listed() {
    return Arrays.stream(values()).map(Profile::url).toList();
  }

  /** The strictest of those claimed. */
  static Profile strictest(Set<String> claimed) {
    Profile found = MINIMAL;
    for (Profile one : values()) {
      if (claimed.contains(one.url)) {
        found = one;
      }
    }
    return found;
  }
}
