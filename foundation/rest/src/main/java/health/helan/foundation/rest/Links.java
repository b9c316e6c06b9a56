package health.helan.foundation.rest;

/** Parts of entry URLs in bundles ({@code Patient/1}, {@code Patient?identifier=…}). */
record Links(String[] segments, Query query, String rawQuery) {

  /**
   * @param url relative to the base, or absolute below it
   */
  static Links parse(String url, String base) {
    String relative = url;
    if (relative.startsWith(base + "/")) {
      relative = relative.substring(base.length() + 1);
    }
    if (relative.startsWith("/")) {
      relative = relative.substring(1);
    }
    int question = relative.indexOf('?');
    String path = question < 0 ? relative : relative.substring(0, question);
    String query = question < 0 ? "" : relative.substring(question + 1);
    return new Links(path.isEmpty() ? new String[0] : path.split("/"), Query.parse(query), query);
  }
}
