namespace MailCluster.Hocon.Tests;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("250", 2_500_000)]
    [InlineData("250ms", 2_500_000)]
    [InlineData("100 ns", 1)]
    [InlineData("1 us", 10)]
    [InlineData("1 microsecond", 10)]
    [InlineData("1.5s", 15_000_000)]
    [InlineData("10 seconds", 100_000_000)]
    [InlineData("2m", 1_200_000_000)]
    [InlineData("1 hour", 36_000_000_000)]
    [InlineData(" 7 d ", 6_048_000_000_000)]
    [InlineData("1 week", 6_048_000_000_000)]
    public void ReadsDurations(string text, long ticks)
    {
        Assert.True(HoconUnits.TryParseDuration(text, out var duration));
        Assert.Equal(ticks, duration.Ticks);
    }

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("1 B", 1)]
    [InlineData("1kB", 1000)]
    [InlineData("1 KiB", 1024)]
    [InlineData("1K", 1024)]
    [InlineData("1k", 1024)]
    [InlineData("2 MB", 2_000_000)]
    [InlineData("1.5 MiB", 1_572_864)]
    [InlineData("64m", 67_108_864)]
    [InlineData("1 gibibyte", 1_073_741_824)]
    [InlineData("7 EiB", 8_070_450_532_247_928_832)]
    public void ReadsSizes(string text, long expected)
    {
        Assert.True(HoconUnits.TryParseSize(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1 s")]
    [InlineData("1 S")]
    [InlineData("1 s s")]
    [InlineData("1..5 s")]
    [InlineData("1e3 s")]
    [InlineData("99999999999999999999 d")]
    [InlineData("9999999999999999999999999999999999999 ns")]
    public void RefusesOtherDurations(string text) => Assert.False(HoconUnits.TryParseDuration(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("1 XB")]
    [InlineData("8 EiB")]
    [InlineData("-1")]
    [InlineData("1,5 MB")]
    public void RefusesOtherSizes(string text) => Assert.False(HoconUnits.TryParseSize(text, out _));

    [Theory]
    [InlineData(0L, "0 B")]
    [InlineData(1500L, "1500 B")]
    [InlineData(65_536L, "64 KiB")]
    [InlineData(long.MaxValue, "9223372036854775807 B")]
    public void FormatsSizesExactly(long bytes, string expected) => Assert.Equal(expected, HoconUnits.Format(bytes));

    [Theory]
    [InlineData(0L, "0 s")]
    [InlineData(900_000_000L, "90 s")]
    [InlineData(6_048_000_000_000L, "7 d")]
    [InlineData(2_500_000L, "250 ms")]
    public void FormatsDurationsExactly(long ticks, string expected) => Assert.Equal(expected, HoconUnits.Format(TimeSpan.FromTicks(ticks)));
}
