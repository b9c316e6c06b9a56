package health.helan.foundation.trust.print;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import java.util.Map;

/** A QR code (ISO/IEC 18004) of filled squares, sharp at any size. */
final class Dots {
  private Dots() {}

  static void draw(Sheet sheet, String text, float x, float bottom, float size) {
    try {
      BitMatrix dots =
          new QRCodeWriter()
              .encode(
                  text,
                  BarcodeFormat.QR_CODE,
                  0,
                  0,
                  Map.of(
                      EncodeHintType.ERROR_CORRECTION,
                      ErrorCorrectionLevel.M,
                      EncodeHintType.MARGIN,
                      1));
      float one = size / dots.getWidth();
      for (int row = 0; row < dots.getHeight(); row++) {
        for (int from = 0; from < dots.getWidth(); from++) {
          int to = from;
          while (to < dots.getWidth() && dots.get(to, row)) {
            to++;
          }
          if (to > from) {
            // A hair wider and higher, so that no light shows between.
            sheet.fill(
                x + from * one,
                bottom + size - (row + 1) * one - 0.03f,
                (to - from) * one + 0.03f,
                one + 0.06f,
                Sheet.INK);
            from = to;
          }
        }
      }
    } catch (WriterException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
