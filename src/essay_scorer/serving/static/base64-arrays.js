// Arrays of numbers in base64, little-endian, as the server and profiles have them.

/** Return the float32 numbers in base64 as an array of numbers. */
export const decodeFloats = (text) => decode(text, 4, (view, place) => view.getFloat32(place, true));

/** Return the int16 numbers in base64 as an array of numbers. */
export const decodeShorts = (text) => decode(text, 2, (view, place) => view.getInt16(place, true));

/** Return numbers as base64 of float32. */
export const encodeFloats = (values) =>
  encode(values, 4, (view, place, value) => view.setFloat32(place, value, true));

/** Return whole numbers as base64 of int16. */
export const encodeShorts = (values) =>
  encode(values, 2, (view, place, value) => view.setInt16(place, value, true));

function decode(text, size, read) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / size }, (_, index) => read(view, index * size));
}

function encode(values, size, write) {
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, index) => write(view, index * size, value));
  const characters = [];
  for (let place = 0; place < view.byteLength; place++) {
    characters.push(String.fromCharCode(view.getUint8(place)));
  }
  return btoa(characters.join(""));
}
