using System.Globalization;

namespace MailCluster.Hocon.Binding;

public sealed partial class HoconSection
{
    /// <summary>Text. Numbers and booleans count as their text.</summary>
    /// <param name="key">The key.</param>
    /// <param name="check">Null if the text is fine, otherwise what was expected ("a host name").</param>
    public string Text(string key, Func<string, string?>? check = null)
    {
        var value = Take(key);
        if (value is not HoconScalar { ScalarKind: not HoconScalarKind.Null } scalar)
        {
            Wrong(key, value, check?.Invoke("") ?? "text");
            return "";
        }
        if (check?.Invoke(scalar.Text) is { } expected)
        {
            Wrong(key, value, expected);
        }
        return scalar.Text;
    }

    /// <summary>Text, or null if the value is <c>null</c> or empty: "not set".</summary>
    public string? OptionalText(string key)
    {
        var value = Take(key);
        if (value is not HoconScalar scalar)
        {
            Wrong(key, value, "text, or null for none");
            return null;
        }
        return scalar.ScalarKind == HoconScalarKind.Null || scalar.Text.Length == 0 ? null : scalar.Text;
    }

    /// <summary>As <see cref="OptionalText"/>, for values that listings must mask.</summary>
    public string? Secret(string key)
    {
        _errors.MarkSecret(PathOf(key));
        return OptionalText(key);
    }

    /// <summary><c>true</c>, <c>yes</c>, <c>on</c>, <c>false</c>, <c>no</c> or <c>off</c>.</summary>
    public bool Boolean(string key)
    {
        var value = Take(key);
        var read = (value as HoconScalar)?.Text switch
        {
            "true" or "yes" or "on" => true,
            "false" or "no" or "off" => false,
            _ => (bool?)null,
        };
        if (read is null)
        {
            Wrong(key, value, "true or false");
        }
        return read ?? false;
    }

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public int Integer(string key, int min, int max)
    {
        var value = Take(key);
        var text = (value as HoconScalar)?.Text;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }
        Wrong(key, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));
        return min;
    }

    /// <summary>A number, with or without fraction, from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public double Number(string key, double min, double max)
    {
        var value = Take(key);
        var text = (value as HoconScalar)?.Text;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }
        Wrong(key, value, string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"));
        return min;
    }

    /// <summary>A duration from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max) =>
        Duration(Take(key), key, min, max, HoconUnits.DurationForm);

    /// <summary>A duration, or null for <c>off</c>.</summary>
    public TimeSpan? DurationOrOff(string key, TimeSpan min, TimeSpan max)
    {
        var value = Take(key);
        return IsOff(value) ? null : Duration(value, key, min, max, HoconUnits.DurationForm + ", or off");
    }

    /// <summary>A size in bytes from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public long Size(string key, long min, long max)
    {
        var value = Take(key);
        if (value is HoconScalar scalar && HoconUnits.TryParseSize(scalar.Text, out var bytes) && bytes >= min && bytes <= max)
        {
            return bytes;
        }
        Wrong(key, value, $"{HoconUnits.SizeForm}, from {HoconUnits.Format(min)} to {HoconUnits.Format(max)}");
        return min;
    }

    /// <summary>A size in bytes, or null for <c>off</c>.</summary>
    public long? SizeOrOff(string key, long min, long max)
    {
        var value = Take(key);
        if (IsOff(value))
        {
            return null;
        }
        if (value is HoconScalar scalar && HoconUnits.TryParseSize(scalar.Text, out var bytes) && bytes >= min && bytes <= max)
        {
            return bytes;
        }
        Wrong(key, value, $"{HoconUnits.SizeForm}, from {HoconUnits.Format(min)} to {HoconUnits.Format(max)}, or off");
        return null;
    }

    /// <summary>A whole number, or null for <c>off</c>.</summary>
    public long? IntegerOrOff(string key, long min, long max)
    {
        var value = Take(key);
        if (IsOff(value))
        {
            return null;
        }
        if (long.TryParse((value as HoconScalar)?.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }
        Wrong(key, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}, or off"));
        return null;
    }

    /// <summary>One of a few words.</summary>
    /// <param name="key">The key.</param>
    /// <param name="words">The words and what they stand for; the first is returned when the value is wrong.</param>
    public T Choice<T>(string key, params ReadOnlySpan<(string Word, T Value)> words)
    {
        var value = Take(key);
        var text = (value as HoconScalar)?.Text;
        var names = new List<string>(words.Length);
        foreach (var (word, choice) in words)
        {
            if (word == text)
            {
                return choice;
            }
            names.Add(word);
        }
        var nearest = text is null ? null : Spelling.Nearest(text, names);
        Wrong(key, value, names.Count == 1 ? names[0] : $"one of {string.Join(", ", names)}");
        if (nearest is not null)
        {
            _errors.Amend($"; did you mean {nearest}?");
        }
        return words[0].Value;
    }

    /// <summary>An object with free keys, each value one of a few words. <c>null</c> removes an entry.</summary>
    public IReadOnlyList<(string Key, T Value)> Choices<T>(string key, params (string Word, T Value)[] words)
    {
        var value = Take(key);
        var entries = new List<(string, T)>();
        if (value is not HoconObject map)
        {
            Wrong(key, value, "an object { … }");
            return entries;
        }
        var section = new HoconSection(map, PathOf(key), _errors);
        foreach (var (name, item) in map.Fields)
        {
            if (item is not HoconScalar { ScalarKind: HoconScalarKind.Null })
            {
                entries.Add((name, section.Choice(name, words)));
            }
        }
        return entries;
    }

    /// <summary>A list of texts.</summary>
    /// <param name="key">The key.</param>
    /// <param name="check">Null if one text is fine, otherwise what was expected.</param>
    public IReadOnlyList<string> Texts(string key, Func<string, string?>? check = null)
    {
        var value = Take(key);
        if (value is not HoconArray array)
        {
            Wrong(key, value, "a list [ … ] of texts");
            return [];
        }
        var texts = new List<string>(array.Items.Count);
        foreach (var item in array.Items)
        {
            if (item is not HoconScalar { ScalarKind: not HoconScalarKind.Null } scalar)
            {
                Wrong(key, item, "text in the list");
            }
            else if (check?.Invoke(scalar.Text) is { } expected)
            {
                Wrong(key, item, expected);
            }
            else
            {
                texts.Add(scalar.Text);
            }
        }
        return texts;
    }

    private static bool IsOff(HoconValue? value) => value is HoconScalar { Text: "off" or "false" or "no" };

    /// <summary>An object with free keys, each value a text. <c>null</c> removes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="check">Null if one text is fine, otherwise what was expected.</param>
    public IReadOnlyList<KeyValuePair<string, string>> TextMap(string key, Func<string, string?>? check = null)
    {
        var value = Take(key);
        var entries = new List<KeyValuePair<string, string>>();
        if (value is not HoconObject map)
        {
            Wrong(key, value, "an object { … } of texts");
            return entries;
        }
        var section = new HoconSection(map, PathOf(key), _errors);
        foreach (var (name, item) in map.Fields)
        {
            if (item is not HoconScalar { ScalarKind: HoconScalarKind.Null })
            {
                entries.Add(new(name, section.Text(name, check)));
            }
        }
        return entries;
    }

    private TimeSpan Duration(HoconValue? value, string key, TimeSpan min, TimeSpan max, string form)
    {
        if (value is HoconScalar scalar && HoconUnits.TryParseDuration(scalar.Text, out var duration) && duration >= min && duration <= max)
        {
            return duration;
        }
        Wrong(key, value, $"{form}, from {HoconUnits.Format(min)} to {HoconUnits.Format(max)}");
        return min;
    }
}
