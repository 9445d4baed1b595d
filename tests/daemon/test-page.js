export const page = "for the tests";
