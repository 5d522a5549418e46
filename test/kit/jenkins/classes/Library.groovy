@interface Library { String value() }
