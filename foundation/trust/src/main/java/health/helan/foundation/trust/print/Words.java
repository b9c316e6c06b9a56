package health.helan.foundation.trust.print;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** FHIR's data types as they are read on paper, Chinese first. */
final class Words {
  private static final Map<String, String> STATUS =
      Map.ofEntries(
          Map.entry("active", "有效"),
          Map.entry("completed", "已完成"),
          Map.entry("cancelled", "已取消"),
          Map.entry("stopped", "已停用"),
          Map.entry("on-hold", "暂停"),
          Map.entry("draft", "草稿"),
          Map.entry("entered-in-error", "录入错误"),
          Map.entry("registered", "已登记"),
          Map.entry("partial", "部分结果"),
          Map.entry("preliminary", "初步报告"),
          Map.entry("final", "正式"),
          Map.entry("amended", "已修订"),
          Map.entry("corrected", "已更正"),
          Map.entry("appended", "已补充"),
          Map.entry("proposed", "拟定"),
          Map.entry("rejected", "已拒绝"),
          Map.entry("inactive", "失效"),
          Map.entry("executed", "已签订"),
          Map.entry("current", "现行"),
          Map.entry("superseded", "已被取代"));

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("CarePlan", "照护计划"),
          Map.entry("ClinicalImpression", "临床评估"),
          Map.entry("Composition", "临床文档"),
          Map.entry("Consent", "知情同意书"),
          Map.entry("Contract", "协议书"),
          Map.entry("DeviceRequest", "器械申请单"),
          Map.entry("DiagnosticReport", "检查检验报告"),
          Map.entry("DocumentReference", "文档登记"),
          Map.entry("MedicationDispense", "发药单"),
          Map.entry("MedicationRequest", "处方笺"),
          Map.entry("NutritionOrder", "膳食医嘱"),
          Map.entry("QuestionnaireResponse", "问卷"),
          Map.entry("ServiceRequest", "申请单"),
          Map.entry("VisionPrescription", "验光处方"));

  private Words() {}

  /** Name of a kind of document. */
  static String title(String type) {
    return TYPES.getOrDefault(type, type);
  }

  static boolean isPrintable(String type) {
    return TYPES.containsKey(type);
  }

  static String status(JsonNode resource) {
    String code = resource.path("status").asString("");
    return STATUS.getOrDefault(code, code);
  }

  static String gender(String code) {
    return switch (code) {
      case "male" -> "男";
      case "female" -> "女";
      case "other" -> "其他";
      default -> "";
    };
  }

  /** Text of a CodeableConcept, else the display or code of its first coding. */
  static String concept(JsonNode concept) {
    String text = concept.path("text").asString("");
    if (!text.isEmpty()) {
      return text;
    }
    for (JsonNode coding : concept.path("coding")) {
      String display = coding.path("display").asString("");
      if (!display.isEmpty()) {
        return display;
      }
    }
    return concept.path("coding").path(0).path("code").asString("");
  }

  /** {@code 5.10 mmol/L}; digits as they came. */
  static String quantity(JsonNode quantity) {
    if (!quantity.has("value")) {
      return "";
    }
    String unit = unit(quantity);
    return quantity.path("comparator").asString("")
        + digits(quantity)
        + (unit.isEmpty() ? "" : " " + unit);
  }

  static String digits(JsonNode quantity) {
    return quantity.has("value") ? quantity.path("value").decimalValue().toPlainString() : "";
  }

  static String unit(JsonNode quantity) {
    return quantity.path("unit").asString(quantity.path("code").asString(""));
  }

  /** To the minute, as it was written. */
  static String date(String text) {
    if (text.length() < 16) {
      return text;
    }
    try {
      return java.time.OffsetDateTime.parse(text)
          .atZoneSameInstant(java.time.ZoneId.of("Asia/Shanghai"))
          .format(java.time.format.DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm"));
    } catch (java.time.DateTimeException e) {
      return text;
    }
  }

  static String period(JsonNode period) {
    String start = date(period.path("start").asString(""));
    String end = date(period.path("end").asString(""));
    return start.isEmpty() && end.isEmpty() ? "" : start + " 至 " + (end.isEmpty() ? "长期" : end);
  }

  static String name(JsonNode names) {
    for (JsonNode name : names) {
      String text = name.path("text").asString("");
      if (text.isEmpty()) {
        var whole = new StringBuilder(name.path("family").asString(""));
        name.path("given").forEach(given -> whole.append(given.asString("")));
        text = whole.toString();
      }
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }

  /** Value of an Observation or one of its components, without the unit of a quantity. */
  static String value(JsonNode observation) {
    if (observation.has("valueQuantity")) {
      JsonNode quantity = observation.path("valueQuantity");
      return quantity.path("comparator").asString("") + digits(quantity);
    }
    if (observation.has("valueCodeableConcept")) {
      return concept(observation.path("valueCodeableConcept"));
    }
    for (var property : observation.properties()) {
      if (property.getKey().startsWith("value") && property.getValue().isValueNode()) {
        return date(property.getValue().asString(""));
      }
    }
    if (observation.has("valueRange")) {
      return range(observation.path("valueRange"));
    }
    return observation.has("dataAbsentReason") ? concept(observation.path("dataAbsentReason")) : "";
  }

  static String range(JsonNode range) {
    String low = digits(range.path("low"));
    String high = digits(range.path("high"));
    if (low.isEmpty()) {
      return high.isEmpty() ? range.path("text").asString("") : "≤ " + high;
    }
    return high.isEmpty() ? "≥ " + low : low + " – " + high;
  }

  /** {@code ↑} above, {@code ↓} below, else what the interpretation says; empty for normal. */
  static String flag(JsonNode observation) {
    for (JsonNode interpretation : observation.path("interpretation")) {
      for (JsonNode coding : interpretation.path("coding")) {
        switch (coding.path("code").asString("")) {
          case "H", "HU" -> {
            return "↑";
          }
          case "HH" -> {
            return "↑↑";
          }
          case "L", "LU" -> {
            return "↓";
          }
          case "LL" -> {
            return "↓↓";
          }
          case "A", "AA", "POS", "DET" -> {
            return "异常";
          }
          case "N", "NEG", "ND" -> {
            return "";
          }
          default -> {
            // Another says more.
          }
        }
      }
    }
    JsonNode quantity = observation.path("valueQuantity");
    JsonNode range = observation.path("referenceRange").path(0);
    if (quantity.has("value") && !quantity.has("comparator")) {
      var value = quantity.path("value").decimalValue();
      if (range.path("high").has("value")
          && value.compareTo(range.path("high").path("value").decimalValue()) > 0) {
        return "↑";
      }
      if (range.path("low").has("value")
          && value.compareTo(range.path("low").path("value").decimalValue()) < 0) {
        return "↓";
      }
    }
    return "";
  }

  /**
   * The text of a narrative, a paragraph to a line. Nobody has checked that its tags end: so no
   * pattern looks beyond the next one, and each takes one pass.
   */
  static List<String> narrative(JsonNode narrative) {
    String plain =
        narrative
            .path("div")
            .asString("")
            .replaceAll("\\s+", " ")
            .replaceAll("(?i)<(br|/p|/div|/li|/tr|/h[1-6]|/table|/ul|/ol)[^<>]*>", "\n")
            .replaceAll("(?i)</t[dh]>", "　")
            .replaceAll("<[^<>]*>", "")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&#39;", "'")
            .replace("&nbsp;", " ")
            .replace("&#160;", " ")
            .replace("&amp;", "&");
    var lines = new ArrayList<String>();
    for (String line : plain.split("\n")) {
      if (!line.isBlank()) {
        lines.add(line.strip());
      }
    }
    return lines;
  }

  /** Whatever a resource says, leaf by leaf: for what has no form of its own. */
  static List<String[]> leaves(ObjectNode resource) {
    var leaves = new ArrayList<String[]>();
    for (var property : resource.properties()) {
      switch (property.getKey()) {
        case "resourceType", "id", "meta", "text", "status", "subject", "patient", "contained" -> {
          // Stand elsewhere on the page.
        }
        default -> leaves(property.getKey(), property.getValue(), leaves);
      }
    }
    return leaves;
  }

  private static void leaves(String path, JsonNode node, List<String[]> leaves) {
    if (node instanceof ObjectNode object) {
      if (object.has("coding")) {
        leaves.add(new String[] {path, concept(object)});
      } else if (object.has("value") && (object.has("unit") || object.has("code"))) {
        leaves.add(new String[] {path, quantity(object)});
      } else if (object.has("reference") || object.has("display")) {
        leaves.add(
            new String[] {
              path, object.path("display").asString(object.path("reference").asString(""))
            });
      } else if (!object.has("data")) {
        object
            .properties()
            .forEach(one -> leaves(path + "." + one.getKey(), one.getValue(), leaves));
      }
    } else if (node.isArray()) {
      for (JsonNode one : node) {
        leaves(path, one, leaves);
      }
    } else if (!node.isNull()) {
      leaves.add(new String[] {path, date(node.asString(""))});
    }
  }
}
