/** What people write where a value is still to come. */
export const isPlaceholder = (value: string): boolean => /^(?:changeme|todo|xxx+|<.*>)$/i.test(value);
