package health.helan.foundation.rest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** What the fuzz test breaks valid requests with. Everything is drawn from a given seed. */
final class HostileInput {
  /** Valid requests' bodies that mutations start from. */
  static final List<String> RESOURCES =
      List.of(
          """
          {"resourceType":"Patient","identifier":[{"system":"urn:oid:1.2","value":"F-1"}],\
          "name":[{"use":"official","family":"马","given":["兰"],"text":"马兰"}],"gender":"female",\
          "birthDate":"1980-02-29","address":[{"text":"银川","city":"银川"}],"multipleBirthInteger":2,\
          "extension":[{"url":"http://example.org/x","valueDecimal":1.50}]}""",
          """
          {"resourceType":"Observation","status":"final","code":{"coding":[{"system":\
          "http://loinc.org","code":"8480-6","display":"收缩压"}],"text":"收缩压"},\
          "effectiveDateTime":"2024-03-01T08:30:00+08:00","valueQuantity":{"value":120.50,\
          "unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"},\
          "component":[{"code":{"text":"a"},"valueString":"b"}],"subject":{"display":"x"}}""",
          """
          {"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":\
          "urn:uuid:0f8b2f2e-1111-4222-8333-444455556666","resource":{"resourceType":"Patient",\
          "name":[{"family":"Z"}]},"request":{"method":"POST","url":"Patient"}},\
          {"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":\
          {"reference":"urn:uuid:0f8b2f2e-1111-4222-8333-444455556666"}},"request":{"method":"POST",\
          "url":"Observation"}},{"request":{"method":"GET","url":"Patient/none"}}]}""",
          """
          {"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":\
          "Patient?_count=1"}},{"resource":{"resourceType":"Basic","code":{"text":"c"}},"request":\
          {"method":"POST","url":"Basic","ifNoneExist":"identifier=a|b"}},{"request":{"method":\
          "DELETE","url":"Basic/nothing","ifMatch":"W/\\"1\\""}},{"resource":{"resourceType":"Binary",\
          "contentType":"application/json-patch+json","data":"W10="},"request":{"method":"PATCH",\
          "url":"Basic/nothing"}}]}""",
          """
          {"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group",\
          "item":[{"linkId":"1.1","type":"integer","text":"n"}]}],"contained":[{"resourceType":\
          "ValueSet","id":"v","status":"draft"}]}""",
          """
          {"resourceType":"Binary","contentType":"text/plain","data":"aGVsbG8="}""");

  /** JSON values of the wrong kind, size or content for most places. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "{\"\":null}",
          "true",
          "0",
          "-0",
          "-1",
          "1e999999999",
          "-1e-999999999",
          "1E400",
          "123456789012345678901234567890.123456789",
          "9".repeat(10_000),
          "0." + "0".repeat(5_000) + "1",
          "1e2147483648",
          "\"\"",
          "\" \"",
          "\"\\u0000\"",
          "\"a\\u0000b\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\uffff\"",
          "\"\\u202e\"",
          "\"'; drop table res_patient; --\"",
          "\"%_\\\\\"",
          "\"$1 $$ ${x} {0} '{'\"",
          "\"0000-00-00\"",
          "\"9999-12-31T23:59:60Z\"",
          "\"+999999999-01-01\"",
          "\"2024-02-30\"",
          "\"urn:uuid:\"",
          "\"Patient?\"",
          "\"Patient?name=%00\"",
          "\"Patient?identifier=|\"",
          "\"Nothing/1\"",
          "\"Patient/" + "x".repeat(70) + "\"",
          "\"http://[::1\"",
          "\"" + "很".repeat(20_000) + "\"",
          "\"POST\"",
          "\"//..//\"",
          "[".repeat(10_000) + "]".repeat(10_000),
          "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000),
          "NaN",
          "Infinity",
          "0x10",
          "01",
          "'x'",
          "\"\\x\"",
          "\"\t\"");

  /** Values for search parameters, paths and headers. */
  static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "'",
          "\"",
          "' or '1'='1",
          "1; drop table res_patient --",
          "') union select null--",
          "/* */",
          "%",
          "%%%%",
          "_",
          "\\",
          "\\\\",
          "\\,",
          "\\|",
          "\\$",
          "|",
          "||",
          "|||",
          "a|",
          "|a",
          "a|b|c|d|e",
          "$",
          "$$",
          "a$b$c",
          ",",
          ",,,,",
          ".*",
          "(a+)+$",
          "[",
          "(((((",
          "^$",
          "\u0000",
          "\uFFFD",
          "\uD83D\uDE00",
          "\u202e",
          "é",
          "ﬁ",
          "İ",
          "gt",
          "ge",
          "ap",
          "xx2020",
          "gt2020-13-45",
          "eq2020-02-30T25:61",
          "ap0000",
          "sa9999-12-31",
          "2020-01-01T00:00:00+99:99",
          "-2020",
          "1e999999999",
          "-1e-999999999",
          "ge1e400",
          "NaN",
          "5.4|http://unitsofmeasure.org|mg",
          "ap5.4||kg/m2",
          "5.40e-3|http://unitsofmeasure.org|g/dL/",
          "||mg",
          "9".repeat(200),
          "0." + "0".repeat(300) + "1",
          "a".repeat(6_000),
          "很".repeat(500),
          "true",
          "null",
          "Patient/1",
          "Patient/",
          "/Patient/1/",
          "http://",
          "http://x/y|1|2",
          "urn:uuid:",
          "../../etc/passwd",
          "${jndi:ldap://x}",
          "{0}",
          "<script>alert(1)</script>",
          "*",
          "**",
          "-1",
          "2147483648",
          "99999999999999999999");

  private final Random random;

  HostileInput(long seed) {
    random = new Random(seed);
  }

  Random random() {
    return random;
  }

  <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** A valid resource with one to three places broken. */
  byte[] brokenJson() {
    byte[] bytes = any(RESOURCES).getBytes(StandardCharsets.UTF_8);
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times && bytes.length > 0; i++) {
      bytes =
          switch (random.nextInt(9)) {
            case 0 -> slice(bytes, 0, random.nextInt(bytes.length));
            case 1 -> without(bytes);
            case 2 -> doubled(bytes);
            case 3 -> flipped(bytes);
            default -> withValue(bytes);
          };
    }
    return bytes;
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return java.util.Arrays.copyOfRange(bytes, from, to);
  }

  private byte[] without(byte[] bytes) {
    int from = random.nextInt(bytes.length);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(20));
    return joined(slice(bytes, 0, from), slice(bytes, to, bytes.length));
  }

  private byte[] doubled(byte[] bytes) {
    int from = random.nextInt(bytes.length);
    int to = Math.min(bytes.length, from + 1 + random.nextInt(60));
    return joined(slice(bytes, 0, to), slice(bytes, from, bytes.length));
  }

  private byte[] flipped(byte[] bytes) {
    byte[] copy = bytes.clone();
    copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
    return copy;
  }

  /** Puts a hostile value where a value stood: after a colon, up to the next comma or bracket. */
  private byte[] withValue(byte[] bytes) {
    int colon = random.nextInt(bytes.length);
    while (colon < bytes.length && !(bytes[colon] == ':' && colon > 0 && bytes[colon - 1] == '"')) {
      colon++;
    }
    if (colon >= bytes.length) {
      return flipped(bytes);
    }
    int from = colon + 1;
    int to = endOfValue(bytes, from);
    return joined(
        joined(slice(bytes, 0, from), any(VALUES).getBytes(StandardCharsets.UTF_8)),
        slice(bytes, to, bytes.length));
  }

  private static int endOfValue(byte[] bytes, int from) {
    int depth = 0;
    boolean quoted = false;
    for (int i = from; i < bytes.length; i++) {
      byte b = bytes[i];
      if (quoted) {
        if (b == '\\') {
          i++;
        } else if (b == '"') {
          quoted = false;
        }
      } else if (b == '"') {
        quoted = true;
      } else if (b == '{' || b == '[') {
        depth++;
      } else if (b == '}' || b == ']') {
        if (depth == 0) {
          return i;
        }
        depth--;
      } else if (b == ',' && depth == 0) {
        return i;
      }
    }
    return bytes.length;
  }

  static byte[] joined(byte[] one, byte[] two) {
    byte[] all = java.util.Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, all, one.length, two.length);
    return all;
  }
}
